import Insieme
import XCTest

final class StoreTests: XCTestCase {
    private func create() throws -> Insieme {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".db").path
        let options = ["mode": "create", "path": path, "key": String(repeating: "0f", count: 32)]
        return try Insieme(options: JSONEncoder().encode(options))
    }

    /// [P1]
    func testADossierIsSavedAndFoundWithoutNetworkOrAccount() throws {
        let store = try create()
        let save = """
            {"command":"dossier.create","request_id":"s-1","type":"household",
             "fields":{"name":"Famiglia Bassi 👩‍👧","commune":"Bibbiano"}}
            """
        _ = try store.call(Data(save.utf8))
        let found = try store.call(Data(#"{"command":"search","words":"bassi"}"#.utf8))
        XCTAssertTrue(String(decoding: found, as: UTF8.self).contains("Famiglia Bassi 👩‍👧"))
    }

    func testARefusalHasACodeAndWords() throws {
        let store = try create()
        XCTAssertThrowsError(try store.call(Data(#"{"command":"sync.run"}"#.utf8))) { error in
            XCTAssertEqual((error as? Refused)?.code, "not_enrolled")
            XCTAssertFalse((error as? Refused)?.italian.isEmpty ?? true)
        }
    }

    func testAClosedStoreSaysSo() throws {
        let store = try create()
        store.close()
        store.close()
        store.cancel()
        XCTAssertThrowsError(try store.call(Data(#"{"command":"status"}"#.utf8)))
    }
}
