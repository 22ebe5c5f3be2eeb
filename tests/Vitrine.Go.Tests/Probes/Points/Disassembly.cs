using System.Diagnostics;
using System.Globalization;

namespace Vitrine.Go.Tests.Probes.Points;

/// <summary>What binutils' objdump makes of a binary's code: address → bytes and text. The independent truth for the decoder and for file offsets.</summary>
sealed class Disassembly
{
    readonly Dictionary<ulong, (byte[] Bytes, string Text)> instructions = [];

    public IReadOnlyDictionary<ulong, (byte[] Bytes, string Text)> Instructions => instructions;

    /// <summary>Addresses of return instructions, ascending.</summary>
    public List<ulong> Returns { get; } = [];

    public static Disassembly Of(string path)
    {
        var result = new Disassembly();
        // --insn-width keeps an instruction's bytes on one line.
        var start = new ProcessStartInfo("objdump", ["-d", "-j", ".text", "-M", "intel", "--insn-width=16", path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var parts = line.Split('\t');
            if (parts.Length < 3 || !ulong.TryParse(parts[0].Trim().TrimEnd(':'), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var address))
                continue;
            var text = parts[2].Trim();
            result.instructions[address] = (Convert.FromHexString(parts[1].Replace(" ", "", StringComparison.Ordinal)), text);
            if (text is "ret" or "repz ret" or "bnd ret")
                result.Returns.Add(address);
        }
        process.WaitForExit();
        return result;
    }
}
