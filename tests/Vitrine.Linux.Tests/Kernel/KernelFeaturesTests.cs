using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Tests.Kernel;

public sealed class KernelFeaturesTests
{
    const ulong All = ulong.MaxValue;
    static readonly ViewerPrivileges Root = new(0, new CapabilitySet(All, All, All), null, InUserNamespace: false, InContainer: false, SeccompMode: 0);
    static readonly KernelFeatures.Files Modern = new("6.8.0-45-generic", "[none] integrity confidentiality", UprobeType: true, "2", LibBpf: true);

    [Fact]
    public void Root_on_a_modern_kernel_has_everything() =>
        Assert.All(KernelFeatures.Survey(Root, Modern), static feature => Assert.True(feature.Available, feature.Name));

    [Fact]
    public void Each_lack_is_named_with_what_to_do()
    {
        var nobody = Root with { EffectiveUid = 1000, Capabilities = default };
        Lacks(KernelFeatures.Survey(nobody, Modern), "CAP_BPF", "sudo");
        Lacks(KernelFeatures.Survey(nobody, Modern), "CAP_PERFMON", "setcap");
        Lacks(KernelFeatures.Survey(nobody with { InContainer = true, EffectiveUid = 0 }, Modern), "CAP_BPF", "--cap-add=BPF");
        Lacks(KernelFeatures.Survey(Root with { InUserNamespace = true }, Modern), "user namespace", "on the host");
        Lacks(KernelFeatures.Survey(Root, Modern with { Release = "5.10.0-28-amd64" }), "5.15", "newer kernel");
        Lacks(KernelFeatures.Survey(Root, Modern with { Release = "4.18.0-553.el8" }), "5.15", "newer kernel");
        Lacks(KernelFeatures.Survey(Root, Modern with { LibBpf = false }), "libbpf", "apt install libbpf1");
        Lacks(KernelFeatures.Survey(Root, Modern with { Lockdown = "none integrity [confidentiality]" }), "confidentiality", "lockdown");
        Lacks(KernelFeatures.Survey(Root, Modern with { UprobeType = false }), "CONFIG_UPROBE_EVENTS", "/sys");
    }

    [Fact]
    public void What_cannot_be_told_is_neither_yes_nor_no()
    {
        Assert.Contains(KernelFeatures.Survey(Root with { SeccompMode = 2 }, Modern), static feature => feature.Available is null && feature.Reason.Contains("seccomp", StringComparison.Ordinal));
        Assert.Contains(KernelFeatures.Survey(Root, Modern with { Release = null }), static feature => feature.Available is null);
        Assert.Contains(KernelFeatures.Survey(Root, Modern with { Lockdown = null }), static feature => feature.Available is null);
    }

    [Theory]
    [InlineData("5.15.0", true)]
    [InlineData("5.14.21-150500.55-default", false)]
    [InlineData("6.18.44-fc", true)]
    [InlineData("10.1", true)]
    [InlineData("5", null)]
    [InlineData("garbage", null)]
    public void Kernel_versions_are_compared_by_number(string release, bool? enough) =>
        Assert.Equal(enough, KernelFeatures.Survey(Root, Modern with { Release = release }).Single(static feature => feature.Name.StartsWith("Linux", StringComparison.Ordinal)).Available);

    static void Lacks(IReadOnlyList<KernelFeature> survey, string reason, string advice) =>
        Assert.Contains(survey, feature => feature.Available == false && feature.Reason.Contains(reason, StringComparison.Ordinal) && feature.Advice.Contains(advice, StringComparison.Ordinal));
}
