using System.Runtime.InteropServices;

namespace Vitrine.Go.Probes;

/// <summary>The compiled BPF objects that the build put into this assembly, one for each architecture.</summary>
static class BpfResources
{
    /// <summary>The object that was compiled from NAME.bpf.c.</summary>
    public static byte[] Read(string name)
    {
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x86";
        var resource = $"Vitrine.Go.Probes.{name}.{architecture}.bpf.o";
        using var stream = typeof(BpfResources).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The build did not embed {resource}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
