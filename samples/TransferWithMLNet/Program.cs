return TransferWithMLNet.PhotoTransfer.Run(args, Console.Out);
