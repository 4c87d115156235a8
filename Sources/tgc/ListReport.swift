import TGCommandLine
import TGTensor

/// What `--list` says: the pages that are known by name.
struct ListReport {
  private struct Row {
    let page: PageLibrary.Entry
    let documentation: String
  }

  private let rows: [Row]

  /// Reads the pages whose name or family has `part` in it, or all.
  ///
  /// - Throws: `Failure` of status `missingInput` if there is none.
  init(_ library: PageLibrary, part: String?, console: Console) throws(Failure) {
    let pages = library.entries.filter { page in
      part.map { page.name.contains($0) || page.family.contains($0) } ?? true
    }
    guard !pages.isEmpty else { throw library.refusal(of: part ?? "by name") }
    rows = pages.map { page in
      let documentation = library.documentation(of: page)
      if documentation == nil {
        console.warn(
          "\(page.path) cannot be read as a page", hint: "tgc \(Path.quoted(page.path)) --check")
      }
      return Row(page: page, documentation: documentation ?? "")
    }
  }

  /// A line for each page: name, family, and what it is.
  var text: String {
    let name = rows.map(\.page.name.count).max() ?? 0
    let family = rows.map(\.page.family.count).max() ?? 0
    return rows.map { row in
      Self.padded(row.page.name, name) + "  " + Self.padded(row.page.family, family) + "  "
        + row.documentation
    }.joined(separator: "\n")
  }

  /// The same as JSON.
  var json: JSON {
    .document([
      (
        "pages",
        .array(
          rows.map { row in
            .pairs([
              ("name", .string(row.page.name)), ("family", .string(row.page.family)),
              ("documentation", .string(row.documentation)), ("path", .string(row.page.path)),
            ])
          })
      )
    ])
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
