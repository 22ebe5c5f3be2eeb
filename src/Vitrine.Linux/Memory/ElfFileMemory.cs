using System.Runtime.CompilerServices;
using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Memory;

/// <summary>An ELF file as memory. It hangs on the file from outside, so that Binaries needs nothing of Memory.</summary>
public static class ElfFileMemory
{
    static readonly ConditionalWeakTable<ElfFile, FileMemory> Images = [];

    extension(ElfFile file)
    {
        /// <summary>The file's memory image at link-time addresses, relocated with bias 0; made once.</summary>
        public FileMemory Memory => Images.GetValue(file, static file => new FileMemory(file));
    }
}
