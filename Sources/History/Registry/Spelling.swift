// Which column was meant.

/// Finds the known word that a misspelt one is nearest to.
enum Spelling {
    /// A header longer than this is no misspelling, and the work grows with the square.
    private static let bytesMax = 40

    /// The nearest of `known`, when at most a third of its letters must change.
    static func nearest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= bytesMax else { return nil }
        let ranked = known.map { (distance($0, word), $0) }.min { $0.0 < $1.0 }
        guard let (letters, name) = ranked, letters <= max(1, name.utf8.count / 3) else { return nil }
        return name
    }

    /// Letters to insert, delete or replace, row by row of the table of all beginnings.
    private static func distance(_ known: String, _ typed: String) -> Int {
        let typed = Array(typed.utf8)
        var costs = Array(0...typed.count)
        for byte in known.utf8 {
            var diagonal = costs[0]
            costs[0] += 1
            for index in typed.indices {
                let replaced = diagonal + (typed[index] == byte ? 0 : 1)
                diagonal = costs[index + 1]
                costs[index + 1] = min(replaced, diagonal + 1, costs[index] + 1)
            }
        }
        return costs[typed.count]
    }
}
