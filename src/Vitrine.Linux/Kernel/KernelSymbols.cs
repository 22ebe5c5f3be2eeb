using System.Globalization;

namespace Vitrine.Linux.Kernel;

/// <summary>The functions of the running kernel by address (/proc/kallsyms). Without the privilege to see addresses (kernel.kptr_restrict) there are none.</summary>
public sealed class KernelSymbols
{
    const int MaxSymbols = 2_000_000;

    readonly ulong[] _addresses;
    readonly string[] _names;

    KernelSymbols(List<(ulong Address, string Name)> functions)
    {
        functions.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        _addresses = [.. functions.Select(static function => function.Address)];
        _names = [.. functions.Select(static function => function.Name)];
    }

    /// <summary>How many functions are known; 0 when the kernel hides their addresses.</summary>
    public int Count => _names.Length;

    /// <summary>Reads the kernel's list.</summary>
    public static KernelSymbols Read(string path = "/proc/kallsyms")
    {
        var functions = new List<(ulong, string)>();
        try
        {
            foreach (var line in File.ReadLines(path).Take(MaxSymbols))
            {
                // "ffffffff81000000 T _text", with "\t[module]" behind it for modules.
                var first = line.IndexOf(' ', StringComparison.Ordinal);
                if (first < 1 || line.Length < first + 4 || line[first + 1] is not ('t' or 'T' or 'w' or 'W')
                    || !ulong.TryParse(line.AsSpan(0, first), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address) || address == 0)
                    continue;
                var end = line.IndexOf('\t', first + 3);
                functions.Add((address, end < 0 ? line[(first + 3)..] : line[(first + 3)..end]));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new KernelSymbols([]);
        }
        return new KernelSymbols(functions);
    }

    /// <summary>The function that holds an address; null when none is known.</summary>
    public string? Find(ulong address)
    {
        var index = Array.BinarySearch(_addresses, address);
        if (index < 0)
            index = ~index - 1;
        return index < 0 ? null : _names[index];
    }
}
