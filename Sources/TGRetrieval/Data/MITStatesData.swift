internal import TGTensor

extension RetrievalData {
  /// MIT-States as TIRG tests it: `images/ADJECTIVE NOUN/*.jpg`, of the 49 nouns that are not trained on,
  /// without the folders `adj NOUN`. Each picture is asked for with every other adjective that its noun
  /// has; the text is that adjective, and any picture of adjective and noun is right.
  static func mitStates(_ folder: String) throws(RetrievalError) -> RetrievalData {
    let images = Path.join(folder, "images")
    let found = Path.matching(Path.pattern(of: images) + "/* *").filter { Path.isFolder($0) }
    var gallery = Gallery(folder: folder)
    var states: [(adjective: String, noun: String)] = []
    var adjectives: [String: [String]] = [:]
    for path in found {
      let words = Path.baseName(path).split(separator: " ").map(String.init)
      guard words.count == 2 else {
        throw .lacking(path: path, what: "is not named ADJECTIVE NOUN")
      }
      guard words[0] != "adj", testNouns.contains(words[1]) else { continue }
      let files = Path.matching(Path.pattern(of: path) + "/*.jpg")
      guard !files.isEmpty else { throw .lacking(path: path, what: "has no .jpg files") }
      adjectives[words[1], default: []].append(words[0])
      for file in files {
        let inside = "images/\(Path.baseName(path))/\(Path.baseName(file))"
        _ = gallery.add(inside, caption: words.joined(separator: " "))
        states.append((words[0], words[1]))
      }
    }
    guard !states.isEmpty else {
      throw .lacking(path: images, what: "has no folders ADJECTIVE NOUN of the nouns for testing")
    }
    let queries = states.enumerated().flatMap { row, state in
      (adjectives[state.noun] ?? []).filter { $0 != state.adjective }.map { other in
        Query(
          source: row, text: other, label: "\(other) \(state.noun)",
          location: gallery.entries[row].file ?? "")
      }
    }
    return RetrievalData(
      entries: gallery.entries, labels: gallery.entries.map { $0.caption ?? "" },
      queries: queries, leavesOutSource: true)
  }

  /// The nouns that TIRG keeps for testing.
  static let testNouns = Set(
    """
    armor bracelet bush camera candy castle ceramic cheese clock clothes coffee fan fig fish foam \
    forest fruit furniture garden gate glass horse island laptop lead lightning mirror orange paint \
    persimmon plastic plate potato road rubber sand shell sky smoke steel stream table tea tomato \
    vacuum wax wheel window wool
    """.split(separator: " ").map(String.init))
}
