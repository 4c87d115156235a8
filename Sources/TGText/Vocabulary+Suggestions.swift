extension Vocabulary {
  /// The words nearest to one that is not here, nearest first, at most three.
  ///
  /// Distance counts inserted, removed, replaced and swapped neighbouring characters; a word is near
  /// if at most a third of the characters differ, and at least one may. Ties go to the lower id.
  /// Special words and word pieces are not suggested. Cost: one pass over the words of similar
  /// length.
  func nearest(to word: String) -> [String] {
    let wanted = Array(word.unicodeScalars)
    guard wanted.count <= 64 else { return [] }
    var limit = max(1, wanted.count / 3)
    var best: [(word: String, distance: Int)] = []
    for candidate in words {
      // Bytes bound the number of characters from both sides.
      let bytes = candidate.utf8.count
      guard bytes >= wanted.count - limit, bytes <= 4 * (wanted.count + limit) else { continue }
      guard let start = candidate.utf8.first, start != UInt8(ascii: "["),
        start != UInt8(ascii: "<"), start != UInt8(ascii: "#")
      else { continue }
      let scalars = Array(candidate.unicodeScalars)
      guard abs(scalars.count - wanted.count) <= limit else { continue }
      let distance = editDistance(wanted, scalars)
      guard distance <= limit, distance < scalars.count else { continue }
      let index = best.firstIndex { $0.distance > distance } ?? best.count
      best.insert((candidate, distance), at: index)
      if best.count > 3 { best.removeLast() }
      if best.count == 3 { limit = best[2].distance }
    }
    return best.map(\.word)
  }
}

/// The number of insertions, removals, replacements and swaps of neighbours between two strings.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var before = [Int](repeating: 0, count: b.count + 1)
  var above = Array(0...b.count)
  for i in 0..<a.count {
    var row = [Int](repeating: i + 1, count: b.count + 1)
    for j in 0..<b.count {
      let replaced = above[j] + (a[i] == b[j] ? 0 : 1)
      var best = min(replaced, above[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
      row[j + 1] = best
    }
    before = above
    above = row
  }
  return above[b.count]
}
