namespace Vitrine.DotNet.Nettrace;

/// <summary>One kind of event, as the stream describes it.</summary>
/// <param name="Provider">Who makes it, such as <c>Microsoft-Windows-DotNETRuntime</c>.</param>
/// <param name="Id">Its number, unique within the provider.</param>
/// <param name="Version">Version of its fields.</param>
/// <param name="Name">Its name; empty for the runtime's native events.</param>
/// <param name="Keywords">Which keywords switch it on.</param>
/// <param name="Level">How verbose it is, 1 (critical) to 5 (verbose).</param>
public sealed record NettraceDefinition(string Provider, int Id, int Version, string Name, ulong Keywords, int Level);
