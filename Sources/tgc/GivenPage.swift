import TGCommandLine
import TGDiagnostics
import TGSyntax
import TGTensor

/// A page that an option names beside the one that is compiled: `--part NAME=PAGE[:MODEL or
/// FUNCTION]` or `--features PAGE[:FUNCTION]`. It may import out of its own tree.
struct GivenPage {
  private let name: String
  private let path: String
  private let model: String?
  private let function: String?

  /// Takes the argument of `--part` apart.
  ///
  /// - Throws: `Failure` of status `usage`.
  init(part text: String) throws(Failure) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw Failure(.usage, "--part \(text) is not of the form NAME=PAGE[:MODEL]")
    }
    name = String(text[..<sign])
    let (path, member) = Self.parts(String(text[text.index(after: sign)...]))
    let isModel = member?.first?.isUppercase == true
    self.path = path
    (model, function) = isModel ? (member, nil) : (nil, member)
  }

  /// Takes the argument of `--features` apart.
  init(features text: String) {
    name = ""
    (path, function) = Self.parts(text)
    model = nil
  }

  /// What stands before the last colon and after it; a file of the whole name wins.
  private static func parts(_ text: String) -> (path: String, member: String?) {
    guard !Path.exists(text), let colon = text.lastIndex(of: ":") else { return (text, nil) }
    return (String(text[..<colon]), String(text[text.index(after: colon)...]))
  }

  /// Reads the page into a library; a name without a point or a slash is that of a page of `Graphs`.
  ///
  /// - Throws: `MappedFileError` or `Failure` if the page itself cannot be read.
  func add(
    to library: inout Library, allowing allowed: [String], _ environment: Environment
  ) throws -> Result<ElaborationOptions.Part, DiagnosticFailure> {
    var (path, allowed) = (path, allowed)
    if PageLibrary.isName(path), !Path.exists(path) {
      let pages = try PageLibrary(environment)
      guard let found = pages[path] else { throw pages.refusal(of: path) }
      path = found.path
      allowed.append(found.folder)
    }
    let loader = try PageFile(given: path).loader(allowing: allowed)
    return library.add(path: path, loader: loader).map {
      ElaborationOptions.Part(name: name, file: $0, model: model, function: function)
    }
  }
}
