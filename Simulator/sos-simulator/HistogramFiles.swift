// The histograms of a run: on the terminal in short, as .hgrm files in full.

import Foundation
import SimulatedField

/// Writes what was measured.
enum HistogramFiles {
    /// A short percentile table of each step that was seen, for people.
    static func text(_ histograms: LedgerHistograms) -> String {
        histograms.named.filter { $0.histogram.count > 0 }
            .map { "\($0.name), ms\n\($0.histogram.table(ticks: 1))" }.joined(separator: "\n")
    }

    /// One `NAME.hgrm` for each step that was seen.
    ///
    /// - Throws: the file manager's error.
    static func write(_ histograms: LedgerHistograms, into directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for (name, histogram) in histograms.named where histogram.count > 0 {
            try Data(histogram.table().utf8).write(to: URL(filePath: "\(directory)/\(name).hgrm"))
        }
    }
}
