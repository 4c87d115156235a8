package import TGCommandLine
package import TGInversion

extension InversionError: Explained {
  package var exitStatus: ExitStatus { ExitStatus(rawValue: exitCode) ?? .internalError }
}
