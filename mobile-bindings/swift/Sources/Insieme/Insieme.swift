import CInsieme
import Foundation

/// A command that was not done. Nothing was changed, and the words are for the person.
public struct Refused: LocalizedError {
    /// The whole reply, as docs/commands.md has it.
    public let reply: Data

    private struct Reply: Decodable {
        struct Why: Decodable {
            let code: String
            let message_it: String
            let message_en: String
        }
        let error: Why
    }
    private var why: Reply.Why? { try? JSONDecoder().decode(Reply.self, from: reply).error }

    /// As `not_enrolled`: never changes.
    public var code: String { why?.code ?? "" }
    public var italian: String { why?.message_it ?? "" }
    public var errorDescription: String? { why?.message_en }
}

public enum Fault: Error {
    case closed
    case noMemory
    /// Of the library; what was saved is safe.
    case library
}

/// One encrypted store, open, with its network: commands as JSON in, replies as JSON out
/// (docs/commands.md). Commands take turns and block: call from a queue of your own, not from the
/// main one.
public final class Insieme {
    /// Progress of long work, one JSON object an event, on the queue of the call. It may call
    /// nothing of that store but `cancel`.
    public typealias Listener = (Data) -> Void

    private var client: OpaquePointer?
    private let lock = NSLock()
    private let turn = NSLock()

    /// What opening it said: who this is, or that it is locked.
    public let opened: Data

    /// Options as insieme_open of insieme.h has them.
    public init(options: Data) throws {
        var client: OpaquePointer?
        opened = try Insieme.reply { text, length in
            options.withUnsafeBytes {
                insieme_open($0.bindMemory(to: CChar.self).baseAddress, options.count, &client, text, length)
            }
        }
        self.client = client
    }

    deinit { close() }

    public static var version: String { String(cString: insieme_version()) }

    /// Performs one command, the network included.
    public func call(_ command: Data, listener: Listener? = nil) throws -> Data {
        turn.lock()
        defer { turn.unlock() }
        guard let client = current() else { throw Fault.closed }
        return try Insieme.reply { text, length in
            command.withUnsafeBytes { bytes in
                let start = bytes.bindMemory(to: CChar.self).baseAddress
                guard let listener = listener else {
                    return insieme_call(client, start, command.count, nil, nil, text, length)
                }
                var told = listener
                return withUnsafeMutablePointer(to: &told) {
                    insieme_call(client, start, command.count, { event, length, context in
                        let listener = context!.assumingMemoryBound(to: Listener.self).pointee
                        listener(Data(bytes: event!, count: length))
                    }, $0, text, length)
                }
            }
        }
    }

    /// As `call`, for a command and a reply that Swift knows.
    public func call<Command: Encodable, Reply: Decodable>(
        _ command: Command, as type: Reply.Type, listener: Listener? = nil
    ) throws -> Reply {
        let reply = try call(JSONEncoder().encode(command), listener: listener)
        return try JSONDecoder().decode(type, from: reply)
    }

    /// Ends a synchronisation under way at its next step, from any thread.
    public func cancel() {
        lock.lock()
        defer { lock.unlock() }
        insieme_cancel(client)
    }

    /// Closes the store after the command under way. Closing again does nothing.
    public func close() {
        turn.lock()
        defer { turn.unlock() }
        lock.lock()
        defer { lock.unlock() }
        insieme_close(&client)
    }

    private func current() -> OpaquePointer? {
        lock.lock()
        defer { lock.unlock() }
        return client
    }

    private static func reply(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, UnsafeMutablePointer<Int>) -> insieme_status_t
    ) throws -> Data {
        var text: UnsafeMutablePointer<CChar>?
        var length = 0
        let status = body(&text, &length)
        defer { insieme_free(text) }
        switch status {
        case INSIEME_OK: return Data(bytes: text!, count: length)
        case INSIEME_REFUSED: throw Refused(reply: Data(bytes: text!, count: length))
        case INSIEME_INVALID: throw Fault.closed
        case INSIEME_NO_MEMORY: throw Fault.noMemory
        default: throw Fault.library
        }
    }
}
