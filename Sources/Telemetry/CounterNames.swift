// Counters as operators read them.

extension Counter {
    /// The permanent metric name without the `sosgateway_` prefix and the `_total` suffix.
    public var name: String {
        // The Swift name in snake case: one word for one thing, in code and on dashboards.
        var text = ""
        var follows = false
        for character in String(describing: self) {
            if character.isUppercase && !follows { text.append("_") }
            follows = character.isUppercase
            text.append(contentsOf: character.lowercased())
        }
        return text
    }
}

extension Counters {
    /// Every counter in Prometheus text exposition format 0.0.4.
    public func prometheusText() -> String {
        var text = ""
        for counter in Counter.allCases {
            let name = "sosgateway_\(counter.name)_total"
            text += "# TYPE \(name) counter\n\(name) \(value(counter))\n"
        }
        return text
    }
}
