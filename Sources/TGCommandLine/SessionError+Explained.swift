package import TGSession

extension SessionError: Explained {
  package var exitStatus: ExitStatus { ExitStatus(rawValue: exitCode) ?? .internalError }
}
