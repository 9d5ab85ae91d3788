// Which word was meant.

/// Finds the known word that a misspelt one is nearest to.
enum Spelling {
    /// Words longer than this are no misspelling of ours, and the table grows with the square.
    static let bytesMax = 64

    /// The nearest of `known`, when at most a third of its letters must change.
    static func nearest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= bytesMax else { return nil }
        let word = word.lowercased().replacing("-", with: "_")
        var best: (distance: Int, word: String)?
        for candidate in known {
            let distance = edits(Array(word.utf8), Array(candidate.utf8))
            if distance <= max(1, candidate.utf8.count / 3), distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.word
    }

    /// Letters to insert, delete or replace (Levenshtein's distance).
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let replaced = previous[column] + (byte == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
