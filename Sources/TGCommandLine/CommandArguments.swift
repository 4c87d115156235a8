internal import TGTensor

/// The command line of this process.
enum CommandArguments {
  /// The words behind the command's name. Bytes that are no UTF-8 are kept (`FileName`), where
  /// `CommandLine.arguments` has other characters instead.
  static func ofThisProcess() -> [String] {
    guard CommandLine.argc > 1 else { return [] }
    return (1..<Int(CommandLine.argc)).compactMap { index in
      unsafe CommandLine.unsafeArgv[index].map { unsafe FileName.text(of: $0) }
    }
  }
}
