// How soon each kind of press must be answered, as a centre's policy says it.

/// The priority with which an alert begins, for each category that a caller can press but the test call.
public struct PressPriorities: Hashable, Sendable {
    public var police: Priority
    public var medical: Priority
    public var fire: Priority
    public var roadAccident: Priority

    /// Where no policy says otherwise, as ``Category/defaultPriority``.
    public init(
        police: Priority = Category.police.defaultPriority, medical: Priority = Category.medical.defaultPriority,
        fire: Priority = Category.fire.defaultPriority,
        roadAccident: Priority = Category.roadAccident.defaultPriority
    ) {
        self.police = police
        self.medical = medical
        self.fire = fire
        self.roadAccident = roadAccident
    }

    /// The priority of a category; those that no caller presses have their own, which nothing changes.
    public subscript(category: Category) -> Priority {
        get {
            switch category {
            case .police: police
            case .medical: medical
            case .fire: fire
            case .roadAccident: roadAccident
            case .tamper, .linkLost, .fault, .test: category.defaultPriority
            }
        }
        set {
            switch category {
            case .police: police = newValue
            case .medical: medical = newValue
            case .fire: fire = newValue
            case .roadAccident: roadAccident = newValue
            case .tamper, .linkLost, .fault, .test: break
            }
        }
    }

    /// In the order of the categories' numbers.
    public var values: [Priority] { [police, medical, fire, roadAccident] }
}

extension PressPriorities {
    /// Police, medical, fire, road accident: a byte each; nothing in records of older policies.
    func encode(to writer: inout ByteWriter) {
        for priority in values { writer.write(priority.rawValue) }
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        guard reader.remaining > 0 else {
            self.init()
            return
        }
        self.init(
            police: try reader.read(), medical: try reader.read(), fire: try reader.read(),
            roadAccident: try reader.read())
    }
}
