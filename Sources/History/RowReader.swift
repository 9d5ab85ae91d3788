// Values out of a row, checked: a damaged file is an error with its path, never a trap.

internal import AlertModel
internal import GRDB

/// Reads one row of a file that may be damaged.
struct RowReader {
    let row: Row
    /// The file, for errors.
    let path: String

    /// A whole number in the range of `Value`.
    func integer<Value: FixedWidthInteger>(
        _ column: String, _ type: Value.Type = Value.self
    ) throws(HistoryError) -> Value {
        guard let value = try optionalInteger(column, type) else { throw damaged(column) }
        return value
    }

    /// A whole number in the range of `Value`; nil for NULL.
    func optionalInteger<Value: FixedWidthInteger>(
        _ column: String, _ type: Value.Type = Value.self
    ) throws(HistoryError) -> Value? {
        switch (row[column] as DatabaseValue).storage {
        case .null: return nil
        case .int64(let stored):
            guard let value = Value(exactly: stored) else { throw damaged(column) }
            return value
        default: throw damaged(column)
        }
    }

    /// A number whose 64 bits are meant, such as an identifier.
    func bits(_ column: String) throws(HistoryError) -> UInt64 {
        UInt64(bitPattern: try integer(column, Int64.self))
    }

    /// A text.
    func text(_ column: String) throws(HistoryError) -> String {
        guard case .string(let text) = (row[column] as DatabaseValue).storage else { throw damaged(column) }
        return text
    }

    /// A text; nil for NULL.
    func optionalText(_ column: String) throws(HistoryError) -> String? {
        if (row[column] as DatabaseValue).isNull { return nil }
        return try text(column)
    }

    /// An identifier.
    func id<Tag>(_ column: String, _ type: ShortID<Tag>.Type = ShortID<Tag>.self) throws(HistoryError) -> ShortID<
        Tag
    > {
        guard let id = try? ShortID<Tag>(try text(column)) else { throw damaged(column) }
        return id
    }

    /// An identifier; nil for NULL.
    func optionalID<Tag>(_ column: String) throws(HistoryError) -> ShortID<Tag>? {
        if (row[column] as DatabaseValue).isNull { return nil }
        return try id(column)
    }

    /// A value of a closed list.
    func value<Value: RawRepresentable>(_ column: String) throws(HistoryError) -> Value
    where Value.RawValue == UInt8 {
        guard let value = Value(rawValue: try integer(column)) else { throw damaged(column) }
        return value
    }

    /// A value of a closed list; nil for NULL.
    func optionalValue<Value: RawRepresentable>(_ column: String) throws(HistoryError) -> Value?
    where Value.RawValue == UInt8 {
        guard let raw = try optionalInteger(column, UInt8.self) else { return nil }
        guard let value = Value(rawValue: raw) else { throw damaged(column) }
        return value
    }

    /// A value of a closed list that is stored as its word.
    func word<Value: RawRepresentable>(_ column: String) throws(HistoryError) -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: try text(column)) else { throw damaged(column) }
        return value
    }

    /// A time.
    func time(_ column: String) throws(HistoryError) -> WallTime {
        WallTime(nanoseconds: try integer(column))
    }

    /// A time; nil for NULL.
    func optionalTime(_ column: String) throws(HistoryError) -> WallTime? {
        try optionalInteger(column, Int64.self).map { WallTime(nanoseconds: $0) }
    }

    private func damaged(_ column: String) -> HistoryError {
        HistoryError(path: path, .damaged, "a row has \(row[column] as DatabaseValue) as \(column)")
    }
}

extension String {
    /// The text with U+FFFD for every U+0000: SQLite's text ends at one, and what stands behind it would be lost.
    var storable: String { utf8.contains(0) ? replacing("\u{0}", with: "\u{FFFD}") : self }
}
