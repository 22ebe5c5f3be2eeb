using System.Globalization;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Events;

/// <summary>Which processes instruments over events can look at.</summary>
static class EventTarget
{
    /// <summary>Whether a process's runtime can be asked for events.</summary>
    /// <param name="target">The process.</param>
    /// <param name="firstVersion">The first major version of the runtime that has the events.</param>
    public static Availability AvailabilityOf(ITarget target, int firstVersion = 0) => target switch
    {
        not IDotNetTarget => Availability.No("it reads the events of a .NET runtime"),
        _ when MajorVersion(target.RuntimeVersion) is { } major && major < firstVersion => Availability.No($"the runtime reports this since .NET {firstVersion}, and the process runs on {target.RuntimeVersion}"),
        IDotNetTarget dotnet => dotnet.Port.Availability(),
    };

    /// <summary>The process as one whose runtime can be asked.</summary>
    /// <exception cref="InstrumentUnavailableException">It is none.</exception>
    public static IDotNetTarget Require(ITarget target, string instrument, int firstVersion = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (AvailabilityOf(target, firstVersion) is { CanLook: false } no)
            throw new InstrumentUnavailableException($"There is no '{instrument}' of {target.Name} (pid {target.Pid}): {no.Reason}.");
        return (IDotNetTarget)target;
    }

    /// <summary>The first number in a version such as <c>.NET 10.0.0</c> or <c>9.0.3+abc</c>; null when there is none.</summary>
    public static int? MajorVersion(string version)
    {
        var start = version.AsSpan().IndexOfAnyInRange('0', '9');
        if (start < 0) return null;
        var rest = version.AsSpan(start);
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
