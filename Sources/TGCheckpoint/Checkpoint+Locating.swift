package import TGTensor

extension Checkpoint {
  /// The part of a file that some wanted names speak of.
  package struct Located: Sendable {
    /// The prefix without its last dot; empty for the top of the file.
    package let prefix: String
    /// How many of the wanted names are there.
    package let found: Int
    /// The tensors under the prefix.
    package let checkpoint: Checkpoint
    /// Other prefixes under which as many wanted names have the wanted shapes: which part is meant is
    /// not known.
    package let rivals: [String]
  }

  /// Finds the part of the file that the wanted names speak of, for instance below
  /// `state_dict.module`.
  ///
  /// Every prefix at which some wanted name occurs is a candidate. The one with most wanted names of
  /// the wanted shapes wins, among equals the one with most wanted names, then one that contains the
  /// others. What is still equal is not decided: the first in the file is given, and `rivals` says
  /// which others there are. Without any match the whole file is returned, with `found` 0.
  package func located(for wanted: [String: Shape]) -> Located {
    let longest = wanted.keys.map(\.utf8.count).max() ?? 0
    let lasts = Set(wanted.keys.map { Self.lastPart(of: $0) })
    var candidates: [Substring: Candidate] = [:]
    let entries = entries
    for position in entries.indices {
      let name = entries.name(at: position)
      guard wanted[""] != nil || lasts.contains(Self.lastPart(of: name)) else { continue }
      for (prefix, rest) in Self.cuts(of: name) where rest.utf8.count <= longest {
        guard let shape = wanted[String(rest)],
          candidates[prefix] != nil || candidates.count < Self.candidateLimit
        else { continue }
        candidates[prefix, default: Candidate(first: position)].count(
          isFit: entries[position].shape == shape)
      }
    }
    guard let most = candidates.values.map(\.score).max(by: <) else {
      return Located(prefix: "", found: 0, checkpoint: self, rivals: [])
    }
    var equal = candidates.filter { $0.value.score == most }.sorted {
      $0.value.first < $1.value.first
    }
    .map { String($0.key) }
    equal = equal.filter { prefix in
      !equal.contains { $0 != prefix && Self.rest(of: prefix, behind: $0) != nil }
    }
    let best = equal.first ?? ""
    return Located(
      prefix: best, found: most.found, checkpoint: subtree(best), rivals: Array(equal.dropFirst()))
  }

  /// More candidates than any file has parts.
  private static let candidateLimit = 10_000

  /// A prefix under which wanted names were found.
  private struct Candidate {
    var score = Score(fits: 0, found: 0)
    let first: Int

    init(first: Int) { self.first = first }

    mutating func count(isFit: Bool) {
      score.found += 1
      if isFit { score.fits += 1 }
    }
  }

  private struct Score: Comparable {
    var fits: Int
    var found: Int

    static func < (a: Score, b: Score) -> Bool { (a.fits, a.found) < (b.fits, b.found) }
  }

  private static func lastPart(of name: String) -> Substring {
    name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? name[...]
  }

  /// Every way to cut a name at one of its first 16 dots, and the uncut name under the empty prefix.
  private static func cuts(of name: String) -> [(prefix: Substring, rest: Substring)] {
    var result: [(prefix: Substring, rest: Substring)] = [("", name[...])]
    for (count, dot) in name.utf8.indices.lazy.filter({ name.utf8[$0] == 0x2e }).enumerated() {
      guard count < 16 else { break }
      result.append((name[..<dot], name[name.utf8.index(after: dot)...]))
    }
    if !name.isEmpty { result.append((name[...], "")) }
    return result
  }
}
