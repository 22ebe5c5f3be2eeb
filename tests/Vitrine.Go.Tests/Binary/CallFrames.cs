using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Vitrine.Go.Binary;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>The DWARF call frame information of an unstripped binary, as readelf prints it: an account of frame sizes that does not come from the function table's decoder.</summary>
static partial class CallFrames
{
    /// <summary>Offset of the canonical frame address from the stack pointer, by the pc where it begins to apply.</summary>
    public static Dictionary<ulong, int> Read(string path)
    {
        var start = new ProcessStartInfo("readelf", ["--debug-dump=frames-interp", "--wide", path]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Prerequisite.Missing("readelf is missing: apt-get install binutils");
            throw;
        }
        using (process)
        {
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var rows = new Dictionary<ulong, int>();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (Row().Match(line) is { Success: true } match)
                {
                    // Two rows for one pc: the later one applies.
                    var pc = ulong.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    rows[pc] = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
                }
            }
            process.WaitForExit();
            return rows;
        }
    }

    /// <summary>Compares every row with the function table's frame sizes.</summary>
    public static void AssertSame(GoBinary binary, string path)
    {
        var compared = 0;
        foreach (var (pc, cfa) in Read(path))
        {
            if (!binary.Functions.TryFind(pc, out var function))
                continue;
            var delta = binary.Functions.SpDelta(function, pc);
            Assert.True(
                binary.Machine.FrameBase(0, delta) == (ulong)cfa,
                $"{function.Name}+0x{pc - function.Entry:x}: sp delta {delta}, the canonical frame address is at stack pointer + {cfa}");
            compared++;
        }
        Assert.True(compared > 5_000, $"only {compared} rows compared");
    }

    [GeneratedRegex(@"^([0-9a-f]{16}) (?:rsp|sp)\+([0-9]+)\s")]
    private static partial Regex Row();
}
