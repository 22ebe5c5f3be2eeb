using System.Buffers.Binary;

namespace Vitrine.Go.Binary;

/// <summary>
/// Reads a <c>moduledata</c> of an unknown Go version by shape: the text section map is the landmark; before it lie gofunc, rodata and the
/// bounds of the types, in that order in every version so far. gofunc is accepted when inline trees read at it make sense, the types when
/// descriptors read there do.
/// </summary>
static class ModuleShape
{
    const int FirstWord = 32;
    const int LastWord = ModuleLayout.Words - 3;
    const int SampleTrees = 64;
    const int MaxSampledFunctions = 20_000;

    public static bool TryDiscover(BinaryImage image, PclnLocation pcln, ulong[] words, out ModuleLayout layout)
    {
        layout = default;
        for (var sections = FirstWord + 4; sections <= LastWord; sections++)
        {
            if (!ModuleDataFinder.IsTextSectionMap(image, words, sections))
                continue;
            if (!TryGoFunc(image, pcln, words, sections, out var goFunc) || !TryTypes(image, words, goFunc, out var types, out var etypes))
                continue;
            layout = new ModuleLayout(Since: -1, End: Math.Max(FirstWord, types - 3), types, etypes, RoData: goFunc - 1, goFunc, sections);
            return image.Contains(words[layout.RoData]);
        }
        return false;
    }

    static bool TryGoFunc(BinaryImage image, PclnLocation pcln, ulong[] words, int sections, out int found)
    {
        for (found = sections - 1; found > FirstWord; found--)
        {
            if (image.Contains(words[found]) && InlineTreesFit(image, pcln, words[found]))
                return true;
        }
        return false;
    }

    static bool InlineTreesFit(BinaryImage image, PclnLocation pcln, ulong goFunc)
    {
        var table = image.Elf.Bytes(pcln.FileOffset, pcln.Length);
        var header = pcln.Header;
        var trees = new InlineTrees(image, header.HasStartLines);
        var names = table[header.Names..header.CompileUnits];
        int seen = 0, good = 0;
        for (var i = 0; i < Math.Min(header.FunctionCount, MaxSampledFunctions) && seen < SampleTrees; i++)
        {
            var record = (ulong)header.Functions + BinaryPrimitives.ReadUInt32LittleEndian(table[(header.Functions + 8 * i + 4)..]);
            if (record >= (ulong)table.Length)
                return false;
            var function = new FunctionRecord(table[(int)record..], header.HasStartLines);
            var offset = function.IsValid ? function.FuncData(InlineTrees.FuncData) : uint.MaxValue;
            if (offset == uint.MaxValue || function.PcData(InlineTrees.PcData) == 0)
                continue;
            seen++;
            // A name begins behind the terminator of the one before.
            if (trees.TryRead(unchecked(goFunc + offset), 0, out var call)
                && call.NameOffset > 0 && call.NameOffset < names.Length && names[call.NameOffset - 1] == 0 && names[call.NameOffset] != 0)
                good++;
        }
        return seen > 0 && good * 10 >= seen * 9;
    }

    static bool TryTypes(BinaryImage image, ulong[] words, int goFunc, out int types, out int etypes)
    {
        for (types = FirstWord; types < goFunc - 1; types++)
        {
            // Two words (types, etypes) to 1.26, three (types, typedesclen, etypes) in 1.27.
            for (etypes = types + 1; etypes <= types + 2 && etypes < goFunc; etypes++)
            {
                if (ModuleDataFinder.FitsTypes(image, words[types], words[etypes])
                    && TypeScan.LooksLikeTypes(image, words[types], words[etypes]))
                    return true;
            }
        }
        etypes = 0;
        return false;
    }
}
