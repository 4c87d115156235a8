internal import TGImage
package import TGTensor

extension Path {
  /// The files of a folder that are named like a picture that is read, in the order of their bytes.
  package static func pictures(inFolder folder: String) -> [String] {
    let pattern = pattern(of: folder) + (folder.hasSuffix("/") ? "" : "/")
    return PictureFormat.suffixes.flatMap { suffix in
      let letters = suffix.map { "[\($0)\($0.uppercased())]" }.joined()
      return matching(pattern + "*." + letters)
    }.sorted(by: precedes)
  }
}
