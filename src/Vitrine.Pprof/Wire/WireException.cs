namespace Vitrine.Pprof.Wire;

/// <summary>Malformed bytes, not yet told where. The assembler turns it into a <see cref="ProfileFormatException"/> that names the message and its offset.</summary>
internal sealed class WireException(string message) : Exception(message);
