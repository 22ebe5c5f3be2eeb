using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>One running sample service (samples/go/faulty, stripped) that several tests look at.</summary>
public sealed class ServiceFixture : IDisposable
{
    public ServiceFixture() => Process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));

    public SampleProcess Process { get; }

    public string Pid => Process.Pid.ToString(CultureInfo.InvariantCulture);

    /// <summary>The address it listens on, as it says itself.</summary>
    public string Address => Process.ReadyLine[(Process.ReadyLine.IndexOf("address=", StringComparison.Ordinal) + "address=".Length)..];

    public void Dispose() => Process.Dispose();
}
