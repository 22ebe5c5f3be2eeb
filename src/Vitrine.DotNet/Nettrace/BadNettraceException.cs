namespace Vitrine.DotNet.Nettrace;

/// <summary>A stream of events is damaged, cut where it must not be, or of a version that this reader does not know.</summary>
public sealed class BadNettraceException(string message) : Exception(message);
