import Testing

@Suite("Imports go down the tiers only")
struct ImportTests {
    @Test("every target stands in the table")
    func tableIsComplete() throws {
        let known = Set(House.all.map(\.name)).union(House.shims)
        for folder in try SourceTree.folders(in: "Sources") {
            #expect(known.contains(folder), "Sources/\(folder) is not in ImportTable.swift")
        }
    }

    @Test("no file imports what its target may not", arguments: House.all.map(\.name))
    func importsAreAllowed(target: String) throws {
        let house = try #require(House.named(target))
        let files = SourceTree.swiftFiles(below: house.folder)
        #expect(!files.isEmpty, "\(house.folder) has no Swift files")
        for file in files {
            for module in file.imports {
                #expect(house.imports.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test("the table itself only points down, but for the one exception it explains")
    func tableGoesDown() {
        for house in House.all {
            for imported in house.imports.compactMap(House.named) {
                let isException = house.name == "EventRing" && imported.name == "LinuxIO"
                let isMainOfItsApp =
                    house.name == "sosgatewayd" && imported.name == "GatewayApp"
                    || house.name == "sos-simulator" && imported.name == "FieldScenarios"
                let isSimulator = house.name == "SimulatorKit"
                #expect(
                    imported.tier < house.tier || isException || isMainOfItsApp || isSimulator,
                    "\(house.name) (tier \(house.tier)) imports \(imported.name) (tier \(imported.tier))")
            }
        }
    }

    @Test("tiers 0 and 1 touch no kernel, clock, chance or environment")
    func pureTiersArePure() {
        let forbidden: Set<String> = [
            "Glibc", "Foundation", "FoundationEssentials", "Dispatch", "NIOCore", "CLinux",
        ]
        let banned = [
            "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", ".random(in", "CommandLine",
            "Task {", "await ",
        ]
        for house in House.all where house.tier <= 1 {
            #expect(house.imports.isDisjoint(with: forbidden))
            for file in SourceTree.swiftFiles(below: house.folder) {
                for (number, line) in file.lines.enumerated() where !line.isComment {
                    for word in banned where line.contains(word) {
                        Issue.record("\(file.path):\(number + 1) uses \(word)")
                    }
                }
            }
        }
    }

    @Test("only the transport and the credentials import OpenSSL")
    func openSSLIsContained() {
        let allowed: Set<String> = ["UnitTransport", "Credentials"]
        for house in House.all where house.imports.contains("COpenSSL") {
            #expect(allowed.contains(house.name))
        }
    }
}
