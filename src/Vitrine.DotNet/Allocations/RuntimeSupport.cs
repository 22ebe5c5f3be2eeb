using Vitrine.Instruments;

namespace Vitrine.DotNet.Allocations;

/// <summary>Which runtimes sample allocations.</summary>
static class RuntimeSupport
{
    const int FirstWithSampling = 10;

    /// <summary>Whether a target's runtime can be asked, as far as it can be told without asking it.</summary>
    public static Availability Of(ITarget target)
    {
        if (target is not IDotNetTarget dotnet) return Availability.No("it looks at .NET processes only");
        return dotnet.Port.Availability();
    }

    /// <summary>Refuses a runtime that does not sample.</summary>
    /// <exception cref="InstrumentUnavailableException">It cannot be reached, or is older than .NET 10.</exception>
    public static IDotNetTarget Require(ITarget target, string instrument)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target is not IDotNetTarget dotnet)
            throw new InstrumentUnavailableException($"'{instrument}' looks at .NET processes, and {target.Name} (pid {target.Pid}) is not known to be one.");
        var version = dotnet.Port.GetProcessInfo().RuntimeVersion;
        if (int.TryParse(version.AsSpan(0, Math.Max(0, version.IndexOf('.'))), out var major) && major < FirstWithSampling)
            throw new InstrumentUnavailableException(
                $"'{instrument}' needs .NET {FirstWithSampling}: process {target.Pid} runs .NET {version}, whose runtime has no unbiased samples of allocations (AllocationSampled).",
                "A heap dump with dotnet-gcdump shows what is in use there, by type.");
        return dotnet;
    }
}
