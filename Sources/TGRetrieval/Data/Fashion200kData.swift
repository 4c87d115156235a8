internal import TGTensor

extension RetrievalData {
  /// Fashion200k as TIRG tests it: `labels/*test*.txt`, lines `FILE TAB SCORE TAB CAPTION`, and
  /// `test_queries.txt`, lines `SOURCE TARGET`. Any picture with the target's caption is right. The text is
  /// `replace A with B`, A and B the first words of each caption that the other lacks; signs in captions
  /// become words (dotmark, questionmark, andmark, starmark).
  static func fashion200k(_ folder: String) throws(RetrievalError) -> RetrievalData {
    let labels = Path.pattern(of: Path.join(folder, "labels"))
    let lists = Path.matching(labels + "/*test*.txt")
    guard !lists.isEmpty else {
      throw .lacking(
        path: Path.join(folder, "labels"), what: "has no list of test pictures, *test*.txt")
    }
    var gallery = Gallery(folder: folder)
    for path in lists {
      let list = try LineFile(path: path)
      for line in list.lines {
        let columns = line.text.split(separator: "\t", omittingEmptySubsequences: false)
        guard columns.count == 3, !columns[0].isEmpty else {
          throw list.fault(line, "a line is FILE, SCORE and CAPTION with tabs between them")
        }
        let file = String(columns[0])
        guard gallery.add(file, caption: spelled(columns[2])) else {
          throw list.fault(line, "the file \(file) stands twice")
        }
      }
    }
    return RetrievalData(
      entries: gallery.entries, labels: gallery.entries.map { $0.caption ?? "" },
      queries: try replacements(Path.join(folder, "test_queries.txt"), in: gallery),
      leavesOutSource: true)
  }

  private static func replacements(
    _ path: String, in gallery: Gallery
  ) throws(RetrievalError) -> [Query] {
    let list = try LineFile(path: path)
    var queries: [Query] = []
    for line in list.lines {
      let files = line.text.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard files.count == 2 else { throw list.fault(line, "a line is SOURCE and TARGET") }
      var rows: [Int] = []
      for file in files {
        guard let row = gallery.row(file) else {
          throw list.fault(line, "the lists of labels have no file \(file)")
        }
        rows.append(row)
      }
      let captions = rows.map { gallery.entries[$0].caption ?? "" }
      guard let text = replacement(from: captions[0], to: captions[1]) else {
        throw list.fault(line, "the captions of both files have the same words")
      }
      queries.append(
        Query(
          source: rows[0], text: text, label: captions[1], location: "\(path):\(line.number)"))
    }
    return queries
  }

  /// A caption with words for its signs.
  private static func spelled(_ caption: Substring) -> String {
    let signs: [Character: String] = [
      ".": "dotmark", "?": "questionmark", "&": "andmark", "*": "starmark",
    ]
    let trimmed = caption.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
    return trimmed.reversed().map { signs[$0] ?? String($0) }.joined()
  }

  /// The sentence that turns one caption into another; nil if no word differs. Where only one caption
  /// has a word of its own, the last word of the other stands for its missing one, as in TIRG's code.
  static func replacement(from source: String, to target: String) -> String? {
    let old = source.split(separator: " ")
    let new = target.split(separator: " ")
    let gone = old.first { !new.contains($0) }
    let come = new.first { !old.contains($0) }
    guard gone != nil || come != nil, let from = gone ?? old.last, let to = come ?? new.last else {
      return nil
    }
    return "replace \(from) with \(to)"
  }
}
