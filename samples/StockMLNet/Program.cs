return StockMLNet.Deconvnet.Run(args, Console.Out);
