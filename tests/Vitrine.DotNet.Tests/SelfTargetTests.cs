using System.Diagnostics;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Tests;

public sealed class SelfTargetTests
{
    [Fact]
    public void Instance_IsThisProcess()
    {
        using var process = Process.GetCurrentProcess();

        Assert.Equal(process.Id, SelfTarget.Instance.Pid);
        Assert.Equal(process.ProcessName, SelfTarget.Instance.Name);
        Assert.Equal(RuntimeKind.DotNet, SelfTarget.Instance.Runtime);
        Assert.Contains(Environment.Version.ToString(), SelfTarget.Instance.RuntimeVersion, StringComparison.Ordinal);
    }
}
