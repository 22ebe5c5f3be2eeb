namespace Vitrine.DotNet.Methods;

/// <summary>How methods are compiled, in the runtime's words.</summary>
public static class MethodTiers
{
    /// <summary>Compiled ahead of time, in the module's file.</summary>
    public const string ReadyToRun = "ReadyToRun";

    const uint Jitted = 0x8;
    const int TierShift = 7, TierMask = 7;

    // The runtime numbers them so: JitOptimizationTier in https://github.com/dotnet/runtime/blob/main/src/coreclr/vm/eventtrace.cpp
    static readonly string[] s_names = ["unknown", "minimal", "optimized", "tier 0", "tier 1", "tier 1 OSR", "tier 0 instrumented", "tier 1 instrumented"];

    /// <summary>The tier by the flags of a method's event.</summary>
    internal static string Of(uint flags) => (flags & Jitted) == 0 ? ReadyToRun : s_names[flags >> TierShift & TierMask];
}
