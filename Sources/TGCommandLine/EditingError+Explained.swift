package import TGSession

extension EditingError: Explained {
  package var exitStatus: ExitStatus { ExitStatus(rawValue: exitCode) ?? .internalError }
}
