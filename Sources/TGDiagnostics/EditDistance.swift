/// The candidate nearest to a misspelt name, if one is near enough to suggest.
///
/// Distance is Levenshtein's (insert, remove, replace one character); near means at most a third of
/// the name's length, and at least one. Ties go to the first candidate in order.
package func nearestName(to name: String, among candidates: [String]) -> String? {
  nearestNames(to: name, among: candidates, atMost: 1).first
}

/// The candidates that are near enough to a misspelt name to suggest, the nearest first and `count` of
/// them at most; near as `nearestName` has it.
package func nearestNames(
  to name: String, among candidates: [String], atMost count: Int
) -> [String] {
  let limit = max(1, name.count / 3)
  var near: [[String]] = Array(repeating: [], count: limit + 1)
  for candidate in candidates where abs(candidate.count - name.count) <= limit {
    let distance = editDistance(Array(name), Array(candidate))
    if distance <= limit { near[distance].append(candidate) }
  }
  return Array(near.joined().prefix(count))
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var row = Array(0...b.count)
  for i in 0..<a.count {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<b.count {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
