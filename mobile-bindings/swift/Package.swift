// swift-tools-version:5.7
import PackageDescription

let package = Package(
    name: "Insieme",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Insieme", targets: ["Insieme"])],
    targets: [
        // insieme.h, and how to link the library that README.md says how to build.
        .systemLibrary(name: "CInsieme"),
        .target(name: "Insieme", dependencies: ["CInsieme"]),
        .testTarget(name: "InsiemeTests", dependencies: ["Insieme"]),
    ]
)
