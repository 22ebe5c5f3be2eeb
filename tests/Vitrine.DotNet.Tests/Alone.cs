namespace Vitrine.DotNet.Tests;

/// <summary>Tests of figures of the whole process: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
