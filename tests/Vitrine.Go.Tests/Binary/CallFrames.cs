using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>The DWARF call frame information of an unstripped binary, as readelf prints it: an account of frame sizes that does not come from the function table's decoder.</summary>
static partial class CallFrames
{
    /// <summary>Offset of the canonical frame address from rsp, by the pc where it begins to apply.</summary>
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

    [GeneratedRegex(@"^([0-9a-f]{16}) rsp\+([0-9]+)\s")]
    private static partial Regex Row();
}
