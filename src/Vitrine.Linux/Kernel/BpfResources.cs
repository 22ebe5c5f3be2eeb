using System.Reflection;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>The compiled BPF objects that a build put into an assembly (eng/Bpf.targets), one for each architecture.</summary>
public static class BpfResources
{
    /// <summary>The object that was compiled from <c>NAME.bpf.c</c>.</summary>
    /// <param name="assembly">The assembly that has it.</param>
    /// <param name="prefix">How the names of its resources begin (BpfResource of the project).</param>
    /// <param name="name">The program's name.</param>
    public static byte[] Read(Assembly assembly, string prefix, string name)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x86";
        var resource = $"{prefix}.{name}.{architecture}.bpf.o";
        using var stream = assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"The build did not embed {resource}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
