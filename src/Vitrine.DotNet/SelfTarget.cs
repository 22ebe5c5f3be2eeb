using System.Diagnostics;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.Instruments;

namespace Vitrine.DotNet;

/// <summary>This process itself, as a target: what the instruments of this package look at.</summary>
public sealed class SelfTarget : IDotNetTarget
{
    SelfTarget()
    {
        using var process = Process.GetCurrentProcess();
        Name = process.ProcessName;
    }

    /// <summary>The one there is.</summary>
    public static SelfTarget Instance { get; } = new();

    /// <inheritdoc/>
    public int Pid => Environment.ProcessId;

    /// <inheritdoc/>
    public RuntimeKind Runtime => RuntimeKind.DotNet;

    /// <summary>The runtime's own name of its version, such as <c>.NET 10.0.0</c>.</summary>
    public string RuntimeVersion => RuntimeInformation.FrameworkDescription;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public DiagnosticPort Port { get; } = DiagnosticPort.OfSelf();

    /// <summary>Whether an instrument that looks from inside can look at <paramref name="target"/>.</summary>
    internal static Availability AvailabilityOf(ITarget target) =>
        target is SelfTarget ? Availability.Yes : Availability.No("it looks from inside and sees only the process that it runs in");

    /// <summary>Refuses every target but this process.</summary>
    /// <exception cref="InstrumentUnavailableException">The target is another process.</exception>
    internal static void Require(ITarget target, string instrument)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target is not SelfTarget)
            throw new InstrumentUnavailableException(
                $"'{instrument}' looks from inside and sees only the process that it runs in, not {target.Name} (pid {target.Pid}).",
                "Pass SelfTarget.Instance.");
    }
}
