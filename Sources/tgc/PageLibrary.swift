import TGCommandLine
import TGDiagnostics
import TGSyntax
import TGTensor

/// The pages that `tgc` finds by name.
///
/// A folder of pages has a folder for each family: `attngan` is `Graphs/attngan/attngan.tgraph`.
/// Searched are the folders that `TG_GRAPHS` lists, or else what was installed with the command and
/// the `Graphs` of the checkout in which it was built. Of a name that stands twice the first counts.
struct PageLibrary {
  /// A page.
  struct Entry {
    /// The file.
    let path: String
    /// The folder of pages that it is from; its imports stay in it.
    let folder: String

    /// The name, as it is given to `tgc`.
    var name: String { Path.stem(path) }
    /// The folder of the page: the network or the task that it belongs to.
    var family: String { Path.baseName(Path.folder(path)) }
  }

  /// The folders of pages that are there, in the order in which they are searched.
  let folders: [String]
  /// The pages, each name once, by families.
  let entries: [Entry]

  /// Looks through the folders.
  ///
  /// - Throws: `Failure` of status `missingInput` if `TG_GRAPHS` lists a folder that is not there.
  init(_ environment: Environment) throws(Failure) {
    folders = try Self.searchPath(environment)
    var names: Set<String> = []
    entries = folders.flatMap { folder in
      Path.matching(Path.pattern(of: folder) + "/*/*.tgraph").map {
        Entry(path: $0, folder: folder)
      }.sorted { ($0.family, $0.name) < ($1.family, $1.name) }
    }.filter { Self.isName($0.name) && $0.family != Self.blocks && names.insert($0.name).inserted }
  }

  /// The family of what several pages share: not pages by themselves.
  private static let blocks = "blocks"

  /// True if a text can be the name of a page: ASCII letters, digits, `-` and `_`. A text with a slash
  /// or a point is a path, and is never looked for among the pages.
  static func isName(_ text: String) -> Bool {
    text.first != "-" && !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
      }
  }

  /// The page of a name; nil if there is none.
  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// Says that no page has a name, and which names are near.
  func refusal(of name: String) -> Failure {
    var near = nearestNames(to: name, among: entries.map(\.name), atMost: 3)
    if near.isEmpty {
      near = entries.filter { $0.name.contains(name) || $0.family == name }.prefix(3).map(\.name)
    }
    let known =
      folders.isEmpty
      ? "no folder of pages was found: TG_GRAPHS names one"
      : "tgc --list shows the pages that are known by name"
    let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: ", "))? "
    return Failure(
      .missingInput, "there is no page \(name)",
      hint: meant + known + "; a file of your own is named with its .tgraph")
  }

  /// The first line of what a page says of itself; nil if it cannot be read.
  func documentation(of entry: Entry) -> String? {
    guard let library = try? PageFile(entry.path).library(allowing: [entry.folder]).result.get()
    else {
      return nil
    }
    let text = Elaborator(library).mainModel?.documentation ?? ""
    return text.split(separator: "\n").first.map(String.init) ?? ""
  }

  private static func searchPath(_ environment: Environment) throws(Failure) -> [String] {
    if let listed = environment.graphs {
      let folders = listed.split(separator: ":").map(String.init)
      for folder in folders where !Path.isFolder(folder) {
        throw Failure(
          .missingInput, "TG_GRAPHS names \(folder), and there is no such folder",
          hint: "unset TG_GRAPHS, or list folders of pages, with : between them")
      }
      return folders
    }
    guard let command = Path.resolved("/proc/self/exe") else { return [] }
    var found = [Path.join(Path.folder(Path.folder(command)), "share/tgraph/Graphs")]
    let parts = command.split(separator: "/")
    if let build = parts.lastIndex(of: ".build") {
      found.append("/" + (parts[..<build] + ["Graphs"]).joined(separator: "/"))
    }
    return found.filter { Path.isFolder($0) }
  }
}
