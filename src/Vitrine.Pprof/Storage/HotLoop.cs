using System.Runtime.CompilerServices;

namespace Vitrine.Pprof.Storage;

/// <summary>How the innermost loops are compiled. For leaves only: the precompiler skips what such a method alone calls.</summary>
internal static class HotLoop
{
    /// <summary>
    /// At once and fully. These loops do nearly all the work of a large file. Precompiled code may not use what is newer than the oldest processor it must run on (counting trailing
    /// zeros, 128-bit products), and the runtime would replace it only after some tenths of a second, when a file of 20 MB has been read already.
    /// </summary>
    public const MethodImplOptions Compile = MethodImplOptions.AggressiveOptimization;
}
