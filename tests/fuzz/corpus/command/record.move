{"command": "record.move", "request_id": "r-1", "record": "5f3a9c01",
 "dossier": "9b1e44d2", "reason": "salvata nel fascicolo sbagliato"}