// An alert's number as it stands in paths, queries and JSON.

import AlertModel

extension AlertID {
    /// Parses the decimal digits that stand in paths and JSON; nil for anything else.
    init?(text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let value = UInt64(text) else {
            return nil
        }
        self.init(value)
    }
}
