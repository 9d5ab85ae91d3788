// Faults as the console API and the registry write them: `door_open` for `doorOpen`.

import AlertModel

/// The faults that a unit reports.
enum FaultNames {
    static let all: [(String, FaultKind)] = FaultKind.allCases.filter(\.isReported).map { fault in
        (
            "\(fault)".reduce(into: "") { name, letter in
                name += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
            }, fault
        )
    }
}
