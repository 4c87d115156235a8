package import TGCommandLine
package import TGRetrieval

extension RetrievalError: Explained {
  package var exitStatus: ExitStatus { ExitStatus(rawValue: exitCode) ?? .internalError }
}
