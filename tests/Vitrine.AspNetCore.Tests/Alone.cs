namespace Vitrine.AspNetCore.Tests;

/// <summary>Tests of figures or instruments of the whole process: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
