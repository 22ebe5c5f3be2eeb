namespace Vitrine.Go.Probes;

/// <summary>The compiled BPF objects that the build put into this assembly.</summary>
static class BpfResources
{
    /// <summary>The object that was compiled from NAME.bpf.c.</summary>
    public static byte[] Read(string name) => Vitrine.Linux.Kernel.BpfResources.Read(typeof(BpfResources).Assembly, "Vitrine.Go.Probes", name);
}
