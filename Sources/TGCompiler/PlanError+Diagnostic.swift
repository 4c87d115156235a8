package import TGDiagnostics
package import TGIR
package import TGPlan

extension PlanError {
  /// The refusal of a finished plan as a finding about the page that it was made of: at the
  /// operation, input, output or function that is meant.
  package func diagnostic(of functions: [GraphFunction], sources: SourceTable) -> Diagnostic {
    let function = location.flatMap { location in
      functions.first { $0.graph.name == location.function && $0.batch == location.batch }
    }
    let item = location?.item.flatMap { named in
      function.map { $0.inputs + $0.outputs }?.first { named.hasSuffix(" \($0.name)") }
    }
    let line = location.flatMap { sources.line(named: $0.source) }
    let range = line ?? item?.range ?? function?.range
    return Diagnostic("plan", "no plan can be made of this: \(self)", at: range)
  }
}

extension SourceTable {
  /// The text of a line, called as instructions call it, `page.tgraph:12`; nil if it is not there.
  private func range(ofLine number: Int, in index: Int) -> SourceRange? {
    let file = files[index]
    guard (1...file.lineStarts.count).contains(number) else { return nil }
    let (start, line) = (file.lineStarts[number - 1], file.line(number))
    let indent = line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count
    return SourceRange(file: index, start: start + indent, end: start + line.utf8.count)
  }

  fileprivate func line(named source: String) -> SourceRange? {
    guard let colon = source.lastIndex(of: ":"),
      let number = Int(source[source.index(after: colon)...])
    else { return nil }
    let index = files.firstIndex {
      ($0.name.split(separator: "/").last.map(String.init) ?? $0.name) == source[..<colon]
    }
    return index.flatMap { range(ofLine: number, in: $0) }
  }
}
