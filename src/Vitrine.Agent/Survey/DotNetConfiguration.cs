using System.Text.Json;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Survey;

/// <summary>What a .NET process was started with, as far as it tells how it collects.</summary>
static class DotNetConfiguration
{
    // More than any runtimeconfig.json; the file is the process's word.
    const int LargestFile = 1 << 20;

    /// <summary><c>server</c> or <c>workstation</c>; null when nothing says which. The environment counts before the file, as for the runtime.</summary>
    public static string? GcMode(LinuxProcess process, string? assembly)
    {
        try
        {
            foreach (var name in (ReadOnlySpan<string>)["DOTNET_gcServer", "COMPlus_gcServer"])
                if (process.EnvironmentVariable(name) is { Length: > 0 } value)
                    return value.Trim() is "0" or "0x0" ? "workstation" : "server";
            var program = assembly is not null && Path.IsPathRooted(assembly) ? assembly : assembly is null && process.ExecutablePath is { } executable ? executable + ".dll" : null;
            return program is null ? null : OfFile(process, Path.ChangeExtension(program, ".runtimeconfig.json"));
        }
        catch (AccessDeniedException)
        {
            return null;
        }
    }

    static string? OfFile(LinuxProcess process, string path)
    {
        using var handle = process.TryOpenFile(path);
        if (handle is null || RandomAccess.GetLength(handle) > LargestFile)
            return null;
        var bytes = new byte[RandomAccess.GetLength(handle)];
        var length = RandomAccess.Read(handle, bytes, 0);
        try
        {
            using var json = JsonDocument.Parse(bytes.AsMemory(0, length));
            return json.RootElement.TryGetProperty("runtimeOptions", out var options) && options.ValueKind == JsonValueKind.Object
                && options.TryGetProperty("configProperties", out var properties) && properties.ValueKind == JsonValueKind.Object
                && properties.TryGetProperty("System.GC.Server", out var server) && server.ValueKind == JsonValueKind.True ? "server" : "workstation";
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
