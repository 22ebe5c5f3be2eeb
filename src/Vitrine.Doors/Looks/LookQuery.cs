namespace Vitrine.Doors.Looks;

/// <summary>How to look, in Go's words (net/http/pprof): texts as they came, because what is wrong with them is the answer's to say.</summary>
/// <param name="Seconds">How long; empty = the instrument's own time.</param>
/// <param name="Debug">0 = the profile; 1 and 2 = text.</param>
/// <param name="Gc">Above 0: collect first.</param>
/// <param name="Rate">Samples per second; empty = the instrument's own.</param>
/// <param name="IsRaw">Whether the caller asks for the answer without redaction, for which a permission of its own is needed.</param>
public readonly record struct LookQuery(string Seconds = "", int Debug = 0, int Gc = 0, string Rate = "", bool IsRaw = false);
